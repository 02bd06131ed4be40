package io.kookoo.client.command;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes JSON (RFC 8259). */
final class Json {
    private Json() {}

    /** An array of objects, one a line, with a line feed at its end. Values are numbers, text, lists of these, or null. */
    static String array(List<? extends Map<String, ?>> objects) {
        return objects.stream().map(Json::object).collect(Collectors.joining(",\n ", "[", "]\n"));
    }

    private static String object(Map<String, ?> object) {
        return object.entrySet().stream()
                .map(entry -> text(entry.getKey()) + ": " + value(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String value(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Json::value).collect(Collectors.joining(", ", "[", "]"));
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
