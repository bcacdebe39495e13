/**
 * How scores become weights: softmax, and mappings that give weights of exactly zero.
 *
 * <p>All of them are exact in their gradients: where a threshold has to be searched, the search
 * passes no gradient, and one Newton step from its result, which does, carries the implicit one.
 */
package org.attn4j.attention.align;
