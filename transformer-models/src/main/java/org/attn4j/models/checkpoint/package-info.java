/**
 * Weights on disk: safetensors files read and written, tensor names mapped to block parameters,
 * model directories.
 *
 * <p>The layers, from the bytes up:
 *
 * <ul>
 *   <li>{@link org.attn4j.models.checkpoint.TensorSource} is anything that holds named tensors: one
 *       {@link org.attn4j.models.checkpoint.SafetensorsFile} or the shards of {@link
 *       org.attn4j.models.checkpoint.ShardedSafetensors}. Reading is lazy, by tensor, from a memory
 *       map.
 *   <li>{@link org.attn4j.models.checkpoint.SafetensorsWriter} writes the same format, aside and
 *       then renamed, through {@link org.attn4j.models.checkpoint.AtomicFile}; {@link
 *       org.attn4j.models.checkpoint.AtomicDirectory} does so for whole directories.
 *   <li>{@link org.attn4j.models.checkpoint.WeightTable} says which tensor is which parameter of a
 *       block, in both directions, and {@link org.attn4j.models.checkpoint.WeightLoader} carries
 *       the values across.
 *   <li>{@link org.attn4j.models.checkpoint.ModelDirectory} finds the files of a model and says
 *       clearly what is wrong when they are not there.
 * </ul>
 *
 * <p>Every file is treated as hostile: sizes are bounded before memory is taken, names in an index
 * stay inside the folder, and pickle is never read.
 */
package org.attn4j.models.checkpoint;
