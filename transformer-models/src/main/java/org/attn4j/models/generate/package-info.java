/**
 * Generating target sequences for sources, and continuations of prompts: {@link
 * org.attn4j.models.generate.GreedySearch}, {@link org.attn4j.models.generate.SamplingSearch} and
 * {@link org.attn4j.models.generate.BeamSearch} over any {@link
 * org.attn4j.models.generate.SequenceToSequenceModel}, {@link
 * org.attn4j.models.generate.PromptSearch} for a {@link org.attn4j.models.generate.CausalModel},
 * and {@link org.attn4j.models.generate.SequenceScorer} for targets that are given.
 *
 * <p>{@link org.attn4j.models.generate.GenerationConfig} says what is searched for, as {@code
 * generation_config.json} and the arguments of transformers' {@code generate} do; {@link
 * org.attn4j.models.generate.GenerationHooks} are what only code can say.
 *
 * <p>Everything here works on token ids and knows no tokenizer. R is the number of live rows, the
 * unfinished hypotheses of all sources together; V the target vocabulary's size.
 */
package org.attn4j.models.generate;
