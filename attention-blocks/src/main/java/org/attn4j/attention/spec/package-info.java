/**
 * Building a mechanism from its name and options, as configurations give them.
 *
 * <p>{@link org.attn4j.attention.spec.Mechanisms} knows all mechanisms: those of this module and
 * those that others add by listing an {@link org.attn4j.attention.spec.AttentionProvider} in {@code
 * META-INF/services}. An {@link org.attn4j.attention.spec.AttentionSpec} says what is wanted, an
 * {@link org.attn4j.attention.spec.AttentionSite} where it will stand.
 */
package org.attn4j.attention.spec;
