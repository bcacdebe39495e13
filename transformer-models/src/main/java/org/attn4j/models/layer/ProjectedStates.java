package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;

/**
 * Hidden states with the projection that makes logits of them, {@code x Wᵀ + b}: what a loss takes
 * to make a block of logits at a time.
 *
 * @param states x, (…, D)
 * @param weight W, (V, D)
 * @param bias b, (V), or null for none
 */
public record ProjectedStates(NDArray states, NDArray weight, NDArray bias) {}
