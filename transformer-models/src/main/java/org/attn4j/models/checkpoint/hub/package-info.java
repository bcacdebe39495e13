/**
 * Checkpoints from the Hugging Face Hub, in the cache folder that Python's {@code huggingface_hub}
 * uses too.
 *
 * <p>{@link org.attn4j.models.checkpoint.hub.Hub} is the way in: it gives a folder with the files
 * of a model, from the cache or the network. Nothing that comes from the network is trusted: names
 * stay inside their folder, sizes are bounded, every file is held against the digest that the Hub
 * gives for it before it takes its position.
 */
package org.attn4j.models.checkpoint.hub;
