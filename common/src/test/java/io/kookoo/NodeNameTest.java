package io.kookoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeNameTest {
    @ParameterizedTest
    @CsvSource({
        "web-1.example.org, web-1.example.org",
        "büro, b-ro",
        "two words, two-words",
        "17, host-17",
        "'', host-",
    })
    void shouldMakeANameOfEachHost(String host, String name) {
        assertEquals(name, NodeName.ofHost(host));
        assertTrue(NodeName.isName(name));
    }

    @Test
    void shouldCutNamesThatAreTooLong() {
        assertEquals("a".repeat(64), NodeName.ofHost("a".repeat(200)));
        assertEquals("host-" + "1".repeat(59), NodeName.ofHost("1".repeat(200)));
        assertTrue(NodeName.isName("a".repeat(64)));
        assertFalse(NodeName.isName("a".repeat(65)));
        assertFalse(NodeName.isName(""));
    }
}
