package io.kookoo.client.terminal;

import java.util.Objects;

/**
 * A line of a screen.
 *
 * @param text as {@link TerminalText#printable} gives it
 * @param heading whether it stands out
 */
public record ScreenLine(String text, boolean heading) {
    public ScreenLine {
        Objects.requireNonNull(text);
    }
}
