/**
 * Holding a mechanism against a dump of another implementation.
 *
 * <p>A dump is a folder of {@code golden.json} and {@code golden.safetensors}: inputs {@code in/…},
 * parameters {@code in/weight/…}, results {@code out/…}, the factors {@code cotangent/…} on the
 * results, and {@code grad/…}, the gradients of the sum of results times factors. {@link
 * org.attn4j.parity.Parity} computes the same with the blocks of this project and reports the
 * largest differences. Which block serves which dump is said by {@link
 * org.attn4j.parity.ParityCase}s.
 */
package org.attn4j.parity;
