/**
 * Published models: read from Hugging Face's files, run, trained, and written back.
 *
 * <p>{@link org.attn4j.models.model.Pretrained} is the way in: {@code Pretrained.load(path)} gives
 * a {@link org.attn4j.models.model.LoadedModel}. A family is a {@link
 * org.attn4j.models.model.ModelFamily}, named in {@code
 * META-INF/services/org.attn4j.models.model.ModelFamily}; it makes {@link
 * org.attn4j.models.model.PretrainedModel}s from a configuration, which it reads through {@link
 * org.attn4j.models.config.ConfigReader} so that no setting is silently ignored.
 */
package org.attn4j.models.model;
