package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A text that is a call, or no call. What was parsed is printed so that it is parsed again to the same; an error has a place in the text. */
public final class CallTarget {
    private CallTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            asCall(text);
            asArguments(text);
        } catch (CallSyntaxException e) {
            throw new AssertionError("what was printed is not parsed, of " + text, e);
        }
    }

    private static void asCall(String text) throws CallSyntaxException {
        FunctionCall call;
        try {
            call = FunctionCall.parse(text);
        } catch (CallSyntaxException e) {
            checkPlace(e, text);
            return;
        }
        assertEquals(call, FunctionCall.parse(call.toString()));
        FunctionCall printed = FunctionCall.of(call.name(), call.arguments());
        assertEquals(call.arguments(), printed.arguments());
        assertEquals(printed, FunctionCall.parse(printed.toString()));
    }

    private static void asArguments(String text) throws CallSyntaxException {
        List<Object> values;
        try {
            values = FunctionCall.parseArguments(text);
        } catch (CallSyntaxException e) {
            checkPlace(e, text);
            return;
        }
        for (Object value : values) {
            String printed = FunctionCall.print(value);
            assertEquals(1, FunctionCall.parseArguments(printed).size());
            Object again = FunctionCall.parseArguments(printed).get(0);
            assertEquals(List.of(String.valueOf(value)), List.of(String.valueOf(again)));
            assertEquals(printed, FunctionCall.print(again));
        }
    }

    private static void checkPlace(CallSyntaxException e, String text) {
        int end = text.codePointCount(0, text.length()) + 1;
        assertTrue(e.column() >= 1 && e.column() <= end, () -> "an error outside of the text: " + e.getMessage());
    }
}
