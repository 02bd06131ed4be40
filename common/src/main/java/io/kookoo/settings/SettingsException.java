package io.kookoo.settings;

/**
 * Settings that cannot be used. The message is for a person and complete: where the setting came from, its key and
 * value, and what is allowed. A program that catches it prints the message and exits with 3.
 */
public final class SettingsException extends RuntimeException {

    public SettingsException(String message) {
        super(message);
    }
}
