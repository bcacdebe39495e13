/**
 * Training of sequence models on DJL's {@link ai.djl.training.Trainer}: the label-smoothed loss,
 * learning-rate schedules, Adam with its state saved, accumulation and clipping of gradients, and
 * runs that validate, keep their best weights, stop early and resume exactly.
 *
 * <p>{@link org.attn4j.models.training.SequenceTrainer} makes steps and knows no files; {@link
 * org.attn4j.models.training.TrainingRun} drives it over a run directory and knows neither
 * tokenizer nor corpus: batches come from a {@link org.attn4j.models.training.BatchSource}, scores
 * from a {@link org.attn4j.models.training.Validator}, and a {@link
 * org.attn4j.models.checkpoint.ModelStore} writes model directories.
 */
package org.attn4j.models.training;
