/**
 * Turning a source sequence into target sequences: {@link org.attn4j.models.generate.GreedySearch}
 * and {@link org.attn4j.models.generate.BeamSearch} over any {@link
 * org.attn4j.models.generate.SequenceToSequenceModel}, and {@link
 * org.attn4j.models.generate.SequenceScorer} for targets that are given.
 *
 * <p>Everything here works on token ids and knows no tokenizer. R is the number of live rows, the
 * unfinished hypotheses of all sources together; V the target vocabulary's size.
 */
package org.attn4j.models.generate;
