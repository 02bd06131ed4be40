package io.kookoo.client.function;

import io.kookoo.call.FunctionCall;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one parameter of a function takes, and how a value of a call becomes it.
 *
 * @param kind the family of the type
 * @param primitive whether null is refused
 * @param element the type of a list's elements; null for anything else
 */
record ParameterType(Kind kind, boolean primitive, ParameterType element) {
    static final String SUPPORTED =
            "int, long, double, boolean (or boxed), BigInteger, BigDecimal, String, List of these, varargs of these,"
                    + " and one JobContext";

    /** The order is that of preference for an integer. */
    enum Kind {
        INT("int"),
        LONG("long"),
        BIG_INTEGER("BigInteger"),
        BIG_DECIMAL("BigDecimal"),
        DOUBLE("double"),
        BOOLEAN("boolean"),
        STRING("String"),
        LIST("List"),
        /** The element of a {@code List<?>}: any value as parsed. */
        ANY("?");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private static final Map<Type, Kind> KINDS = Map.ofEntries(
            Map.entry(int.class, Kind.INT),
            Map.entry(Integer.class, Kind.INT),
            Map.entry(long.class, Kind.LONG),
            Map.entry(Long.class, Kind.LONG),
            Map.entry(double.class, Kind.DOUBLE),
            Map.entry(Double.class, Kind.DOUBLE),
            Map.entry(boolean.class, Kind.BOOLEAN),
            Map.entry(Boolean.class, Kind.BOOLEAN),
            Map.entry(BigInteger.class, Kind.BIG_INTEGER),
            Map.entry(BigDecimal.class, Kind.BIG_DECIMAL),
            Map.entry(String.class, Kind.STRING));

    private static final ParameterType ANYTHING = new ParameterType(Kind.ANY, false, null);

    /** Empty if functions cannot take the type. */
    static Optional<ParameterType> of(Type type) {
        Kind kind = KINDS.get(type);
        if (kind != null) {
            return Optional.of(new ParameterType(kind, type instanceof Class<?> c && c.isPrimitive(), null));
        }
        if (type == List.class) {
            return Optional.of(new ParameterType(Kind.LIST, false, ANYTHING));
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return ofElement(list.getActualTypeArguments()[0])
                    .map(element -> new ParameterType(Kind.LIST, false, element));
        }
        return Optional.empty();
    }

    private static Optional<ParameterType> ofElement(Type type) {
        if (type instanceof WildcardType wildcard) {
            return ofElement(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> variable) {
            return ofElement(variable.getBounds()[0]);
        }
        return type == Object.class ? Optional.of(ANYTHING) : of(type);
    }

    /** How well a value fits: 0 is best, -1 not at all. */
    int fit(Object value) {
        if (value == null) {
            return primitive ? -1 : 0;
        }
        return switch (kind) {
            case INT -> value instanceof BigInteger i && i.bitLength() < Integer.SIZE ? 0 : -1;
            case LONG -> value instanceof BigInteger i && i.bitLength() < Long.SIZE ? 1 : -1;
            case BIG_INTEGER -> value instanceof BigInteger ? 2 : -1;
            case BIG_DECIMAL -> value instanceof Number ? 3 : -1;
            case DOUBLE -> value instanceof Number n && Double.isFinite(n.doubleValue()) ? 4 : -1;
            case BOOLEAN -> value instanceof Boolean ? 0 : -1;
            case STRING -> value instanceof List ? -1 : 5;
            case LIST -> value instanceof List<?> list && list.stream().allMatch(e -> element.fit(e) >= 0) ? 0 : -1;
            case ANY -> 0;
        };
    }

    /** The value as the method wants it. Only for a value that fits. */
    Object convert(Object value) {
        if (value == null) {
            return null;
        }
        return switch (kind) {
            case INT -> ((BigInteger) value).intValueExact();
            case LONG -> ((BigInteger) value).longValueExact();
            case BIG_DECIMAL -> value instanceof BigInteger i ? new BigDecimal(i) : value;
            case DOUBLE -> ((Number) value).doubleValue();
            case STRING -> value instanceof BigDecimal d ? d.toPlainString() : value.toString();
            case LIST -> convertAll((List<?>) value);
            case BIG_INTEGER, BOOLEAN, ANY -> value;
        };
    }

    private List<Object> convertAll(List<?> values) {
        List<Object> converted = new ArrayList<>(values.size());
        for (Object value : values) {
            converted.add(element.convert(value));
        }
        return Collections.unmodifiableList(converted);
    }

    /** Whether a value is of the right family and only too large. */
    boolean overflows(Object value) {
        return switch (kind) {
            case INT, LONG -> value instanceof BigInteger && fit(value) < 0;
            case DOUBLE -> value instanceof Number && fit(value) < 0;
            default -> false;
        };
    }

    /** The type as messages and signatures write it. */
    String label() {
        return kind == Kind.LIST ? "List<" + element.label() + ">" : kind.label;
    }

    /** A value as messages show it, cut where it is long. */
    static String show(Object value) {
        String text = FunctionCall.print(value);
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
