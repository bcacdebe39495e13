/**
 * Metrics of what a model writes: BLEU, chrF, chrF++ and TER of translations, ROUGE of summaries,
 * the alignment error rate of words, and the perplexity of a model.
 *
 * <p>BLEU, chrF and TER are defined as sacreBLEU 2.6.0 defines them, down to its tokenization and
 * its way with several references, so that a figure here may be put beside a published one. Each
 * score carries a signature in sacreBLEU's form; the {@code version} in it is the version of
 * sacreBLEU whose definition is implemented. ROUGE is defined as {@code rouge_score} defines it.
 *
 * <p>A metric is an object that holds its settings and scores a corpus:
 *
 * <pre>{@code
 * BleuScore score = Bleu.DEFAULTS.withLowercase(true).score(hypotheses, List.of(references));
 * System.out.println(score.format()); // BLEU = 33.58 80.8/45.5/27.8/18.7 (BP = ...)
 * }</pre>
 *
 * <p>A metric of one's own implements {@link org.attn4j.models.metric.CorpusMetric}; {@link
 * org.attn4j.models.metric.Segment#align} pairs hypotheses with references and checks them.
 */
package org.attn4j.models.metric;
