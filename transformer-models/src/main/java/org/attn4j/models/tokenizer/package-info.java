/**
 * Text to ids and back.
 *
 * <p>A {@link org.attn4j.models.tokenizer.TokenizerTrainer} reads lines of text and makes a {@link
 * org.attn4j.models.tokenizer.TokenizerJson}: a byte-pair encoding, a word vocabulary or a
 * character vocabulary, all in the {@code tokenizer.json} format of Hugging Face. A {@link
 * org.attn4j.models.tokenizer.ModelTokenizer} is the tokenizer of a model, trained here or
 * published, with its special tokens, pairs, offsets and windows, from any of the files that models
 * are published with. SentencePiece models are read and their texts normalised here; the pieces are
 * found by Hugging Face's tokenizers library as all else is. No deep learning engine is needed
 * here.
 */
package org.attn4j.models.tokenizer;
