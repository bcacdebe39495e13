/**
 * The way in for users of trained models: {@link org.attn4j.models.zoo.TrainedModel} opens a model
 * directory, {@link org.attn4j.models.zoo.SentenceTranslator} translates text with it, {@link
 * org.attn4j.models.zoo.Attn4jCriteria} loads it through DJL's {@code Criteria}, and {@link
 * org.attn4j.models.zoo.Attn4jZooProvider} serves models by their names.
 */
package org.attn4j.models.zoo;
