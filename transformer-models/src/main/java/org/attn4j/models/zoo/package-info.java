/**
 * The way in for users of DJL: {@link org.attn4j.models.zoo.Attn4jCriteria} loads models through
 * DJL's {@code Criteria}, and {@link org.attn4j.models.zoo.Attn4jZooProvider} serves those of a
 * folder by their names.
 */
package org.attn4j.models.zoo;
