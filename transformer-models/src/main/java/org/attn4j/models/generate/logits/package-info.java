/**
 * What changes the scores of the next token before it is chosen: bans, penalties, forced tokens,
 * and what sampling cuts off. Each works as transformers' processor of that name does, on one row
 * of scores in single precision.
 */
package org.attn4j.models.generate.logits;
