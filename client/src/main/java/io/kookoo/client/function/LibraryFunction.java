package io.kookoo.client.function;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A function: one name on the wire and the methods of one library that answer to it.
 *
 * @param name as announced
 * @param library where the methods are
 * @param overloads at least one, sorted by signature
 */
record LibraryFunction(String name, Library library, List<FunctionMethod> overloads) {
    LibraryFunction {
        overloads = overloads.stream()
                .sorted(Comparator.comparing(FunctionMethod::signature))
                .toList();
    }

    /** For messages: name, class and origin. */
    String label() {
        return name + " of " + library.className() + " in " + library.origin();
    }

    /** What the methods are called with, of an argument list as it is written. */
    List<Object> arguments(String argumentText) throws CallSyntaxException {
        return overloads.get(0).raw() ? List.of(argumentText) : FunctionCall.parseArguments(argumentText);
    }

    /** The overload for these arguments, by the order that {@link FunctionLibrary} documents. */
    FunctionMethod choose(List<Object> arguments) throws FunctionFailedException {
        List<FunctionMethod> byNumber = overloads.stream()
                .filter(method -> method.takes(arguments.size()))
                .toList();
        if (byNumber.isEmpty()) {
            throw new FunctionFailedException(name + " takes " + numbers() + ", got " + arguments.size());
        }
        for (boolean varargs : new boolean[] {false, true}) {
            FunctionMethod best = null;
            int[] bestFits = null;
            for (FunctionMethod method : byNumber) {
                int[] fits = method.varargs() == varargs ? method.fits(arguments) : null;
                if (fits != null && (best == null || Arrays.compare(fits, bestFits) < 0)) {
                    best = method;
                    bestFits = fits;
                }
            }
            if (best != null) {
                return best;
            }
        }
        throw new FunctionFailedException(misfit(byNumber, arguments));
    }

    private String numbers() {
        TreeSet<Integer> exact = overloads.stream()
                .filter(method -> !method.varargs())
                .map(FunctionMethod::count)
                .collect(Collectors.toCollection(TreeSet::new));
        StringBuilder text = new StringBuilder();
        int last = exact.isEmpty() ? 0 : exact.last();
        for (int count : exact) {
            text.append(text.isEmpty() ? "" : count == last ? " or " : ", ").append(count == 0 ? "no" : count);
        }
        for (FunctionMethod method : overloads) {
            if (method.varargs()) {
                last = method.count();
                text.append(text.isEmpty() ? "" : " or ").append("at least ").append(last);
            }
        }
        return text
                + (text.toString().equals("1") || text.toString().equals("at least 1") ? " argument" : " arguments");
    }

    /** Names the first argument that no overload takes or, if each is taken by some, what there is. */
    private String misfit(List<FunctionMethod> methods, List<Object> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            Object value = arguments.get(i);
            int argument = i;
            List<ParameterType> types =
                    methods.stream().map(method -> method.parameter(argument)).toList();
            if (types.stream().noneMatch(type -> type.fit(value) >= 0)) {
                Set<String> labels =
                        types.stream().map(ParameterType::label).collect(Collectors.toCollection(LinkedHashSet::new));
                boolean overflow = types.stream().allMatch(type -> type.overflows(value));
                String expected = String.join(" or ", labels);
                return types.stream().allMatch(type -> type.overflows(value))
                        ? name + ": argument " + (i + 1) + ": " + ParameterType.show(value) + " does not fit in "
                                + expected
                        : name + ": argument " + (i + 1) + " is " + ParameterType.show(value) + ", expected "
                                + expected;
            }
        }
        return name + " does not take " + ParameterType.show(arguments) + "; it is "
                + methods.stream().map(FunctionMethod::signature).collect(Collectors.joining(" or "));
    }
}
