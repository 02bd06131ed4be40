/**
 * What a person may choose: one table of keys ({@link io.kookoo.settings.SettingKey}), read from defaults, {@code
 * settings.ini}, the environment and the command line into one immutable {@link io.kookoo.settings.Settings}.
 */
package io.kookoo.settings;
