package org.attn4j.models.sentence;

import org.attn4j.models.checkpoint.ModelFiles;

/**
 * One line of {@code modules.json}.
 *
 * @param kind the last part of its type: {@code Transformer}, {@code Pooling}, {@code Dense} or
 *     {@code Normalize}
 * @param path where its files are in the model's folder; empty for that folder itself
 * @param files its files
 */
record SentenceModule(String kind, String path, ModelFiles files) {}
