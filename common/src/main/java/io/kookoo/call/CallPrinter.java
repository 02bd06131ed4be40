package io.kookoo.call;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Writes values so that {@link CallParser} reads the same values back. */
final class CallPrinter {
    private final StringBuilder out = new StringBuilder();

    private CallPrinter() {}

    static String value(Object value) {
        CallPrinter printer = new CallPrinter();
        printer.print(value);
        return printer.out.toString();
    }

    static String arguments(List<?> values) {
        CallPrinter printer = new CallPrinter();
        printer.printAll(values);
        return printer.out.toString();
    }

    private void print(Object value) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof BigDecimal decimal) {
            // A point in every decimal, so that it is read back as one.
            out.append(decimal.scale() < 1 ? decimal.setScale(1).toPlainString() : decimal.toPlainString());
        } else if (value instanceof BigInteger
                || value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Double d && Double.isFinite(d)
                || value instanceof Float f && Float.isFinite(f)) {
            out.append(value);
        } else if (value instanceof List<?> list) {
            printList(list);
        } else if (value instanceof Object[] array) {
            printList(Arrays.asList(array));
        } else {
            quote(String.valueOf(value));
        }
    }

    private void printList(List<?> list) {
        out.append('[');
        printAll(list);
        out.append(']');
    }

    private void printAll(List<?> values) {
        for (Iterator<?> all = values.iterator(); all.hasNext(); ) {
            print(all.next());
            if (all.hasNext()) {
                out.append(", ");
            }
        }
    }

    private void quote(String text) {
        out.append('"');
        text.codePoints().forEach(this::quoted);
        out.append('"');
    }

    private void quoted(int character) {
        switch (character) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            default -> {
                // Half a surrogate pair has no UTF-8: only its escape survives the wire.
                if (Character.isISOControl(character) || Character.getType(character) == Character.SURROGATE) {
                    out.append(String.format("\\u%04x", character));
                } else {
                    out.appendCodePoint(character);
                }
            }
        }
    }
}
