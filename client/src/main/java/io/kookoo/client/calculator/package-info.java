/** Arithmetic expressions, calculated as Python does; see {@link io.kookoo.client.calculator.Calculator}. Knows no functions, jobs or files. */
package io.kookoo.client.calculator;
