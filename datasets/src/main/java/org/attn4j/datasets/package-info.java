/**
 * Parallel corpora, synthetic corpora, and batches made of them for DJL's {@code Trainer}.
 *
 * <p>A {@link org.attn4j.datasets.ParallelCorpus} is where sentence pairs come from: {@link
 * org.attn4j.datasets.AlignedFiles}, {@link org.attn4j.datasets.TsvCorpus}, {@link
 * org.attn4j.datasets.JsonLinesCorpus}, {@link org.attn4j.datasets.grammar.EmbeddedCorpus}, {@link
 * org.attn4j.datasets.CopyTask}, {@link org.attn4j.datasets.ReverseTask}, {@link
 * org.attn4j.datasets.download.NamedCorpus}, or one of one's own. {@link
 * org.attn4j.datasets.ParallelDataset} encodes and batches it for training.
 */
package org.attn4j.datasets;
