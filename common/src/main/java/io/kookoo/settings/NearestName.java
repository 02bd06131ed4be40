package io.kookoo.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a person most likely meant. */
public final class NearestName {

    private NearestName() {}

    /** The known name nearest to {@code name} by edits, or nothing if none is near enough to be a slip. */
    public static Optional<String> of(String name, Collection<String> known) {
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int edits = edits(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (edits < least) {
                least = edits;
                nearest = candidate;
            }
        }
        return nearest == null || least > Math.max(2, nearest.length() / 3) ? Optional.empty() : Optional.of(nearest);
    }

    /** {@code ; did you mean "log_level"?}, or what is known if nothing is near. */
    static String hint(String name, Collection<String> known) {
        return of(name, known)
                .map(nearest -> "; did you mean \"" + nearest + "\"?")
                .orElseGet(() -> "; known are " + String.join(", ", known));
    }

    /** Levenshtein's distance: the least number of inserted, deleted and replaced characters. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
