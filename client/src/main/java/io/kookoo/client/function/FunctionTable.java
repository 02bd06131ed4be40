package io.kookoo.client.function;

import io.kookoo.call.FunctionCall;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** All functions at one moment, found by name. Immutable: a change of functions/ makes a new one. */
final class FunctionTable {
    private final Map<String, LibraryFunction> functions;
    private final List<String> problems;
    private final List<String> missing;

    private FunctionTable(Map<String, LibraryFunction> functions, List<String> problems, List<String> missing) {
        this.functions = Map.copyOf(functions);
        this.problems = List.copyOf(problems);
        this.missing = List.copyOf(missing);
    }

    /**
     * The functions of these libraries. Of two with the same name, case and underscores aside, a built-in one wins; otherwise neither
     * is offered, so that what runs does not depend on which file came first. Two methods of one function that take the same types take each other out, too.
     *
     * @param allowed the names of those that are in it, as names are looked up; empty for all
     */
    static FunctionTable of(List<Library> libraries, List<String> allowed) {
        List<String> problems = new ArrayList<>();
        Map<String, List<LibraryFunction>> byKey = new TreeMap<>();
        for (Library library : libraries) {
            for (LibraryFunction function : functionsOf(library, problems)) {
                byKey.computeIfAbsent(key(function.name()), key -> new ArrayList<>())
                        .add(function);
            }
        }
        Map<String, LibraryFunction> functions = new HashMap<>();
        byKey.forEach((key, rivals) -> {
            List<LibraryFunction> builtIn =
                    rivals.stream().filter(f -> f.library().builtIn()).toList();
            LibraryFunction winner = rivals.size() == 1 ? rivals.get(0) : builtIn.size() == 1 ? builtIn.get(0) : null;
            if (winner != null) {
                functions.put(key, winner);
            }
            for (LibraryFunction loser : rivals) {
                if (loser != winner) {
                    LibraryFunction rival = winner != null ? winner : rivals.get(loser == rivals.get(0) ? 1 : 0);
                    problems.add(loser.library().origin() + ": not offered: " + loser.label() + " has the name of "
                            + rival.label() + " (case and underscores do not count); rename one");
                }
            }
        });
        List<String> missing = allowed.stream()
                .filter(name -> !functions.containsKey(key(name)))
                .toList();
        if (!allowed.isEmpty()) {
            functions
                    .keySet()
                    .retainAll(allowed.stream().map(FunctionTable::key).toList());
        }
        return new FunctionTable(functions, problems, missing);
    }

    private static List<LibraryFunction> functionsOf(Library library, List<String> problems) {
        if (library.instance() instanceof NamedFunction named) {
            return List.of(new LibraryFunction(named.name(), library, List.of(named.method())));
        }
        SortedMap<String, List<FunctionMethod>> byName = new TreeMap<>();
        String where = library.origin() + ": not offered: ";
        Method[] methods;
        try {
            methods = library.instance().getClass().getDeclaredMethods();
        } catch (LinkageError e) {
            problems.add(where + library.className() + ": a class it needs is missing: " + e);
            return List.of();
        }
        for (Method method : methods) {
            Function annotation = method.getAnnotation(Function.class);
            if (!Modifier.isPublic(method.getModifiers())) {
                if (annotation != null) {
                    problems.add(where + library.className() + "." + method.getName() + ": a function must be public");
                }
                continue;
            }
            if (method.isSynthetic() || overridesObject(method)) {
                continue;
            }
            String name = annotation == null || annotation.name().isEmpty() ? method.getName() : annotation.name();
            try {
                checkName(name);
                FunctionMethod overload = FunctionMethod.of(name, library.instance(), method);
                byName.computeIfAbsent(name, n -> new ArrayList<>()).add(overload);
            } catch (RuntimeException | LinkageError e) {
                problems.add(where + library.className() + "." + method.getName() + ": " + e.getMessage()
                        + "; a method that is no function should not be public");
            }
        }
        List<LibraryFunction> functions = new ArrayList<>();
        byName.forEach((name, overloads) -> {
            if (overloads.size() > 1 && overloads.stream().anyMatch(FunctionMethod::raw)) {
                problems.add(
                        where + name + " of " + library.className() + ": a raw function has no overloads; rename one");
                return;
            }
            Map<String, FunctionMethod> byShape = new HashMap<>();
            for (FunctionMethod method : overloads) {
                FunctionMethod alike = byShape.putIfAbsent(method.shape(), method);
                if (alike != null) {
                    problems.add(where + name + " of " + library.className() + ": " + alike.declaration() + " and "
                            + method.declaration() + " both take " + method.shape() + "; rename one");
                    return;
                }
            }
            functions.add(new LibraryFunction(name, library, overloads));
        });
        return functions;
    }

    /** @throws IllegalArgumentException for a name that no function can have */
    static void checkName(String name) {
        FunctionCall.of(name, List.of());
        if (key(name).equals(key(FunctionExecutor.CALL))) {
            throw new IllegalArgumentException(name + " is the client's own name for whole calls; rename it");
        }
    }

    private static boolean overridesObject(Method method) {
        try {
            Object.class.getDeclaredMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** What a name is looked up by: case and underscores do not count. */
    private static String key(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Null if there is none. */
    LibraryFunction find(String name) {
        return functions.get(key(name));
    }

    List<String> names() {
        return functions.values().stream().map(LibraryFunction::name).sorted().toList();
    }

    List<FunctionDescription> descriptions() {
        return functions.values().stream()
                .sorted(Comparator.comparing(LibraryFunction::name))
                .flatMap(function -> function.overloads().stream()
                        .map(method ->
                                new FunctionDescription(function.name(), method.signature(), method.description())))
                .toList();
    }

    /** Those that are allowed and that no library has. */
    List<String> missing() {
        return missing;
    }

    /** What was refused and why, for people. */
    List<String> problems() {
        return problems;
    }
}
