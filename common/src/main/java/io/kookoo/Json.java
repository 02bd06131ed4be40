package io.kookoo;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes JSON (RFC 8259). */
public final class Json {
    private Json() {}

    /** An array of objects, one a line, with a line feed at its end. Values are those of {@link #object}. */
    public static String array(List<? extends Map<String, ?>> objects) {
        return objects.stream().map(Json::object).collect(Collectors.joining(",\n ", "[", "]\n"));
    }

    /**
     * An object. Values are numbers, objects, text, lists of these, or null; whatever else is written as its text. In a list each object
     * has a line of its own.
     */
    public static String object(Map<String, ?> object) {
        return members(object);
    }

    private static String members(Map<?, ?> object) {
        return object.entrySet().stream()
                .map(entry -> text(entry.getKey().toString()) + ": " + value(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String value(Object value) {
        if (value instanceof List<?> list) {
            String separator = !list.isEmpty() && list.get(0) instanceof Map ? ",\n " : ", ";
            return list.stream().map(Json::value).collect(Collectors.joining(separator, "[", "]"));
        }
        if (value instanceof Map<?, ?> object) {
            return members(object);
        }
        return value == null || value instanceof Number ? String.valueOf(value) : text(value.toString());
    }

    private static String text(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c == '\n') {
                json.append("\\n");
            } else if (c < ' ' || Character.isSurrogate(c)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
