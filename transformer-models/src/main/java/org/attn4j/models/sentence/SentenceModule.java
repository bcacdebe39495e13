package org.attn4j.models.sentence;

import java.nio.file.Path;

/**
 * One line of {@code modules.json}.
 *
 * @param kind the last part of its type: {@code Transformer}, {@code Pooling}, {@code Dense} or
 *     {@code Normalize}
 * @param folder where its files are
 */
record SentenceModule(String kind, Path folder) {}
