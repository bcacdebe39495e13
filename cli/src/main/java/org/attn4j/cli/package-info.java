/** The {@code attn4j} command: its entry point; the verbs have packages by their kind. */
package org.attn4j.cli;
