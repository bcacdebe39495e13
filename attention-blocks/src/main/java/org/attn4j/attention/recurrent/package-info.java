/**
 * Recurrent cells and stacks of them, for mechanisms and models that attend at each step of a
 * recurrence: their parameters are named and laid out as torch's, so that its weights load as they
 * are.
 */
package org.attn4j.attention.recurrent;
