package io.kookoo.client.function;

/**
 * Marks a class whose public methods can be called as functions. This interface and {@link Function} are what sources and jars in
 * {@code functions/} are written against: they are stable, and will not change in a way that breaks a library.
 *
 * <p>A library is a public class with a public constructor without parameters, top-level or nested and static. It is created once, when
 * its file is loaded, and its methods are called from many threads at once.
 *
 * <p>Functions are the public methods, static or not, that the class itself declares. Never those it inherits, those the compiler
 * adds, or those that override a method of {@link Object}.
 *
 * <p>A parameter is an {@code int}, {@code long}, {@code boolean} or {@code double}, in primitive or boxed form, a
 * {@link java.math.BigInteger}, {@link java.math.BigDecimal}, {@link String}, or a {@link java.util.List} of one of these, of lists, or
 * of anything ({@code List<?>}); the last may be varargs. One further parameter, wherever it stands, may be a {@link JobContext}: through it
 * the function tells how far it is, and hears that it is to stop. It is none of the arguments, and callers do not see it. A method that
 * takes anything else is reported and not offered. Methods of one
 * name and different parameters are overloads of one function: the number of arguments decides first (a method without
 * varargs before one with), then the fit of each argument from the left, best first:
 *
 * <ul>
 *   <li>an integer: int, long, BigInteger (the narrowest that holds it), BigDecimal, double, String;
 *   <li>a decimal: BigDecimal, double, String;
 *   <li>{@code true} and {@code false}: boolean, String;
 *   <li>a text: String only. A list: List only. {@code null}: anything but a primitive.
 * </ul>
 *
 * If that leaves several, the first by the alphabet of their signatures is taken.
 *
 * <p>A function with {@link Function#raw} gets the text of its arguments unparsed: a language of its own, which need not keep to the grammar
 * of arguments. Where the call is written in full, {@code name(...)}, the grammar still says where the arguments end.
 *
 * <p>The result is its text: {@code null} and void are empty, a BigDecimal is written without an exponent, a List as calls write it,
 * anything else as its {@code toString}. An exception fails the call with the exception's message, which should tell a person
 * what to do; it stops nothing else. Long work should end when its thread is interrupted: that happens once, when its job is cancelled, has run
 * past its time limit, or the client stops.
 *
 * <pre>{@code
 * public class Words implements FunctionLibrary {
 *     @Function(name = "count_words", description = "how many words a text has")
 *     public int countWords(String text) {
 *         return text.isBlank() ? 0 : text.strip().split("\\s+").length;
 *     }
 * }
 * }</pre>
 */
public interface FunctionLibrary {}
