/**
 * How a query scores a key: a {@link org.attn4j.attention.score.Score} is one of the parts that
 * mechanisms are put together from. What it makes of the keys is computed once and kept, so a
 * recurrent decoder that asks step by step pays for the query alone.
 */
package org.attn4j.attention.score;
