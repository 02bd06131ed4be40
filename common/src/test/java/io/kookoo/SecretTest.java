package io.kookoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    @Test
    void shouldRefuseAnEmptyOne() {
        assertThrows(IllegalArgumentException.class, () -> new Secret(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "abcd", "abC", "xabc", "\u00e4bc"})
    void shouldMatchNothingElse(String other) {
        assertFalse(new Secret("abc").matches(other));
    }

    @Test
    void shouldMatchItselfAndPrintAsAMask() {
        Secret secret = new Secret("abc");
        assertTrue(secret.matches("abc"));
        assertEquals("abc", secret.reveal());
        assertEquals("***", secret.toString());
        assertEquals(secret, new Secret("abc"));
    }

    @Test
    void shouldMakeOnesThatNobodyCanGuess() {
        Secret secret = Secret.random();
        assertTrue(secret.reveal().matches("[A-Za-z0-9_-]{43}"), secret.reveal());
        assertNotEquals(secret, Secret.random());
    }
}
