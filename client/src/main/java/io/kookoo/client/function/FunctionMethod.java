package io.kookoo.client.function;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/** One method of a library: the arguments it takes, and how it is called. Immutable. */
final class FunctionMethod {
    private final Object instance;
    private final Method method;
    /** Those that arguments stand for: all but the {@link JobContext}. */
    private final List<ParameterType> parameters;
    /** Which of the method's parameters is the {@link JobContext}, from 0; -1 for none. */
    private final int contextIndex;

    private final String signature;

    private FunctionMethod(
            Object instance, Method method, List<ParameterType> parameters, int contextIndex, String signature) {
        this.instance = instance;
        this.method = method;
        this.parameters = parameters;
        this.contextIndex = contextIndex;
        this.signature = signature;
    }

    /** @throws IllegalArgumentException if it has a parameter that no function can take; the message says which */
    static FunctionMethod of(String name, Object instance, Method method) {
        Type[] types = method.getGenericParameterTypes();
        Parameter[] declared = method.getParameters();
        List<ParameterType> parameters = new ArrayList<>();
        List<String> written = new ArrayList<>();
        int contextIndex = -1;
        for (int i = 0; i < types.length; i++) {
            if (types[i] == JobContext.class) {
                if (contextIndex >= 0) {
                    throw new IllegalArgumentException("parameters " + (contextIndex + 1) + " and " + (i + 1)
                            + " are both a JobContext; one is enough");
                }
                contextIndex = i;
                continue;
            }
            boolean rest = method.isVarArgs() && i == types.length - 1;
            Type type = rest ? method.getParameterTypes()[i].getComponentType() : types[i];
            int number = i + 1;
            ParameterType parameter = ParameterType.of(type)
                    .orElseThrow(() -> new IllegalArgumentException("parameter " + number + " is a "
                            + type.getTypeName() + "; a function can take " + ParameterType.SUPPORTED));
            parameters.add(parameter);
            written.add(parameter.label()
                    + (rest ? "..." : "")
                    + (declared[i].isNamePresent() ? " " + declared[i].getName() : ""));
        }
        if (isRaw(method)
                && (method.isVarArgs()
                        || parameters.size() != 1
                        || parameters.get(0).kind() != ParameterType.Kind.STRING)) {
            throw new IllegalArgumentException(
                    "a raw function takes one String, the text of its arguments, and beside it at most a JobContext");
        }
        // A public method of a class that is not public, as the built-in libraries are, is refused without this.
        method.setAccessible(true);
        return new FunctionMethod(
                instance, method, List.copyOf(parameters), contextIndex, name + "(" + String.join(", ", written) + ")");
    }

    String signature() {
        return signature;
    }

    /** The types alone: two methods of one function must differ in it. */
    String shape() {
        return parameters.stream().map(ParameterType::label).toList() + (varargs() ? "..." : "");
    }

    String description() {
        Function annotation = method.getAnnotation(Function.class);
        return annotation == null ? "" : annotation.description();
    }

    /** Whether its one argument is the text of all arguments as it is written. */
    boolean raw() {
        return isRaw(method);
    }

    private static boolean isRaw(Method method) {
        Function annotation = method.getAnnotation(Function.class);
        return annotation != null && annotation.raw();
    }

    String declaration() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    boolean varargs() {
        return method.isVarArgs();
    }

    /** The number of arguments it takes; with varargs the least. */
    int count() {
        return varargs() ? parameters.size() - 1 : parameters.size();
    }

    boolean takes(int arguments) {
        return varargs() ? arguments >= count() : arguments == count();
    }

    ParameterType parameter(int argument) {
        return parameters.get(Math.min(argument, parameters.size() - 1));
    }

    /** The fit of each argument; null if one does not fit. */
    int[] fits(List<Object> arguments) {
        int[] fits = new int[arguments.size()];
        for (int i = 0; i < fits.length; i++) {
            fits[i] = parameter(i).fit(arguments.get(i));
            if (fits[i] < 0) {
                return null;
            }
        }
        return fits;
    }

    /**
     * Calls the method with arguments that fit.
     *
     * @param job what it gets where it has a parameter for it
     * @throws Throwable whatever the method throws
     */
    Object call(List<Object> arguments, JobContext job) throws Throwable {
        Object[] values = new Object[parameters.size()];
        for (int i = 0; i < count(); i++) {
            values[i] = parameter(i).convert(arguments.get(i));
        }
        if (varargs()) {
            int rest = arguments.size() - count();
            Class<?> list = method.getParameterTypes()[method.getParameterCount() - 1];
            Object array = Array.newInstance(list.getComponentType(), rest);
            for (int i = 0; i < rest; i++) {
                Array.set(array, i, parameter(count()).convert(arguments.get(count() + i)));
            }
            values[count()] = array;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // So that a library's own resources and services are found, also through the JDK.
        thread.setContextClassLoader(instance.getClass().getClassLoader());
        try {
            return method.invoke(instance, withContext(values, job));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private Object[] withContext(Object[] values, JobContext job) {
        if (contextIndex < 0) {
            return values;
        }
        Object[] all = new Object[values.length + 1];
        System.arraycopy(values, 0, all, 0, contextIndex);
        all[contextIndex] = job;
        System.arraycopy(values, contextIndex, all, contextIndex + 1, values.length - contextIndex);
        return all;
    }
}
