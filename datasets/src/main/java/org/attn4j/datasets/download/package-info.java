/**
 * Corpora that are known by name and fetched once: {@link
 * org.attn4j.datasets.download.NamedCorpus}.
 */
package org.attn4j.datasets.download;
