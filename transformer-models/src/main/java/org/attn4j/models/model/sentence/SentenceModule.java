package org.attn4j.models.model.sentence;

import org.attn4j.models.checkpoint.ModelFiles;

/**
 * One line of {@code modules.json}.
 *
 * @param kind the name of its class in sentence-transformers, such as {@code Transformer} and
 *     {@code Pooling}, or the whole type if it is of another package
 * @param path where its files are in the model's folder; empty for that folder itself
 * @param files its files
 */
record SentenceModule(String kind, String path, ModelFiles files) {}
