package io.kookoo.client.function;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names and describes a method of a {@link FunctionLibrary}; a method without it is a function too. Stable, as that interface is. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Function {
    /** The function's name on the wire, such as {@code pow_2}; if empty, the method's name as declared. */
    String name() default "";

    /** One line for people: what it does, units and bounds. */
    String description() default "";

    /**
     * Whether the method gets the text of the arguments as it is written, whatever it is, instead of the values in it. Such a method has
     * exactly one parameter that callers see, a String, and no overloads.
     */
    boolean raw() default false;
}
