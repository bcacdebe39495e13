/** The task {@code translation}: encoder-decoders on parallel text. */
package org.attn4j.cli.task.translation;
