package io.kookoo.client.terminal;

/**
 * How much a screen shows.
 *
 * @param columns at least 1; a wide character takes two
 * @param rows at least 1
 */
public record ScreenSize(int columns, int rows) {
    /** No limit: for what is printed and not shown on a screen. */
    public static final ScreenSize UNLIMITED = new ScreenSize(Integer.MAX_VALUE, Integer.MAX_VALUE);

    public ScreenSize {
        if (columns < 1 || rows < 1) {
            throw new IllegalArgumentException(
                    "a screen has at least a column and a row, not " + columns + " x " + rows);
        }
    }
}
