package io.kookoo.settings;

import io.kookoo.NodeName;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.event.Level;

/**
 * How the text of a setting is read.
 *
 * @param allowed what is allowed, for people: it ends the sentence "allowed is ..."
 * @param parser from the text, without blanks around it, to the value; throws {@link IllegalArgumentException}, whose
 *     message nobody sees, for everything that is not allowed
 */
record ValueType<T>(String allowed, Function<String, T> parser) {

    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,511}");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([KMG]?)");
    private static final Pattern HOST = Pattern.compile("[\\p{L}\\p{N}._:%-]+");
    private static final Pattern HOST_PORT = Pattern.compile("(?:\\[([^\\[\\]]+)]|([^:\\[\\]]+))(?::(\\d{1,5}))?");

    static ValueType<String> host() {
        return new ValueType<>("an address or a host name", text -> {
            require(HOST.matcher(text).matches());
            return text;
        });
    }

    static ValueType<Integer> integer(int min, int max) {
        return new ValueType<>("a whole number from " + min + " to " + max, text -> {
            int number = Integer.parseInt(text);
            require(number >= min && number <= max);
            return number;
        });
    }

    static ValueType<OptionalInt> integerOrEmpty(int min, int max) {
        ValueType<Integer> number = integer(min, max);
        return new ValueType<>(
                number.allowed() + ", or nothing",
                text -> text.isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(number.parser().apply(text)));
    }

    static ValueType<Optional<String>> nodeNameOrEmpty() {
        return new ValueType<>(NodeName.RULE + ", or nothing", text -> {
            require(text.isEmpty() || NodeName.isName(text));
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        });
    }

    static ValueType<OptionalLong> longOrEmpty() {
        return new ValueType<>(
                "a whole number of up to 64 bits, or nothing",
                text -> text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text)));
    }

    static ValueType<Duration> seconds(String min, String max) {
        BigDecimal least = new BigDecimal(min);
        BigDecimal most = new BigDecimal(max);
        return new ValueType<>("a number of seconds from " + min + " to " + max + ", decimals allowed", text -> {
            require(DECIMAL.matcher(text).matches());
            BigDecimal seconds = new BigDecimal(text);
            require(seconds.compareTo(least) >= 0 && seconds.compareTo(most) <= 0);
            return Duration.ofNanos(seconds.movePointRight(9).longValueExact());
        });
    }

    static ValueType<Duration> timeSpan(String min, String max) {
        Duration least = TimeSpan.parse(min).orElseThrow();
        Duration most = TimeSpan.parse(max).orElseThrow();
        String allowed = "a time from " + min + " to " + max + ": a whole number with s, m, h or d behind it";
        return new ValueType<>(allowed, text -> {
            Duration span = TimeSpan.parse(text).orElseThrow(IllegalArgumentException::new);
            require(span.compareTo(least) >= 0 && span.compareTo(most) <= 0);
            return span;
        });
    }

    static ValueType<Double> decimal(int min, int max) {
        return new ValueType<>("a number from " + min + " to " + max + ", decimals allowed", text -> {
            require(DECIMAL.matcher(text).matches());
            double number = Double.parseDouble(text);
            require(number >= min && number <= max);
            return number;
        });
    }

    static ValueType<Long> bytes(String min, String max) {
        long least = bytesOf(min);
        long most = bytesOf(max);
        return new ValueType<>("a size from " + min + " to " + max + " (bytes, or with K, M or G behind it)", text -> {
            long bytes = bytesOf(text);
            require(bytes >= least && bytes <= most);
            return bytes;
        });
    }

    /** One of the constants of {@code type}, written in lower case. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        Map<String, E> words = words(type);
        return new ValueType<>(String.join(" or ", words.keySet()), text -> {
            require(words.containsKey(text));
            return words.get(text);
        });
    }

    /** Any of the constants of {@code type}, written in lower case and separated by commas. */
    static <E extends Enum<E>> ValueType<Set<E>> anyOf(Class<E> type) {
        Map<String, E> words = words(type);
        String allowed = "any of " + String.join(", ", words.keySet()) + ", separated by commas, or nothing";
        return new ValueType<>(allowed, text -> {
            Set<E> chosen = EnumSet.noneOf(type);
            for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                require(words.containsKey(word.strip()));
                chosen.add(words.get(word.strip()));
            }
            return Collections.unmodifiableSet(chosen);
        });
    }

    private static <E extends Enum<E>> Map<String, E> words(Class<E> type) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            words.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return words;
    }

    /** Names of functions, separated by commas, each as it stands there. */
    static ValueType<List<String>> functionNames() {
        return new ValueType<>("names of functions, separated by commas, or nothing for all", text -> {
            List<String> names = new ArrayList<>();
            for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                require(FUNCTION.matcher(word.strip()).matches());
                names.add(word.strip());
            }
            return List.copyOf(names);
        });
    }

    static ValueType<Path> path() {
        return new ValueType<>("a path", text -> {
            require(!text.isEmpty());
            return Path.of(text);
        });
    }

    static ValueType<Optional<Path>> pathOrEmpty() {
        return new ValueType<>(
                "a path, or nothing", text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)));
    }

    static ValueType<Boolean> yesOrNo() {
        return new ValueType<>("yes or no", text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> true;
            case "no", "false", "off", "0" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    static ValueType<Optional<Boolean>> yesOrNoOrEmpty() {
        return new ValueType<>(
                "yes or no, or nothing",
                text -> text.isEmpty()
                        ? Optional.empty()
                        : Optional.of(yesOrNo().parser().apply(text)));
    }

    static ValueType<Level> level() {
        return new ValueType<>("one of DEBUG, INFO, WARNING, ERROR", text -> switch (text.toUpperCase(Locale.ROOT)) {
            case "DEBUG" -> Level.DEBUG;
            case "INFO" -> Level.INFO;
            case "WARNING", "WARN" -> Level.WARN;
            case "ERROR" -> Level.ERROR;
            default -> throw new IllegalArgumentException();
        });
    }

    /** The address stays unresolved: reading settings asks no name server. */
    static ValueType<Optional<InetSocketAddress>> hostPortOrEmpty() {
        return new ValueType<>("host:port with a port from 1 to 65535 ([::1]:514 for IPv6), or nothing", text -> {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(hostPort(text, OptionalInt.empty()));
        });
    }

    /** Addresses separated by commas, in the order in which they stand there, as {@link #hostPortOrEmpty}. */
    static ValueType<List<InetSocketAddress>> hostPorts(int defaultPort) {
        String allowed = "host:port, separated by commas, each once, with ports from 1 to 65535 ([::1]:" + defaultPort
                + " for IPv6; without a port it is " + defaultPort + "), or nothing";
        return new ValueType<>(allowed, text -> {
            Set<InetSocketAddress> addresses = new LinkedHashSet<>();
            for (String address : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                require(addresses.add(hostPort(address.strip(), OptionalInt.of(defaultPort))));
            }
            return List.copyOf(addresses);
        });
    }

    private static InetSocketAddress hostPort(String text, OptionalInt defaultPort) {
        Matcher match = HOST_PORT.matcher(text);
        require(match.matches() && (match.group(3) != null || defaultPort.isPresent()));
        String host = match.group(1) == null ? match.group(2) : match.group(1);
        int port = match.group(3) == null ? defaultPort.getAsInt() : Integer.parseInt(match.group(3));
        require(HOST.matcher(host).matches() && port > 0);
        return InetSocketAddress.createUnresolved(host, port);
    }

    private static long bytesOf(String text) {
        Matcher match = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        require(match.matches());
        int shift = switch (match.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return Math.multiplyExact(Long.parseLong(match.group(1)), 1L << shift);
    }

    private static void require(boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException();
        }
    }
}
