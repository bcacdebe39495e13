/** The {@code attn4j} command: one class per verb, shared options as mixins. */
package org.attn4j.cli;
