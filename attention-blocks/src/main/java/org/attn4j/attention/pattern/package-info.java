/**
 * Sparse patterns: which positions of a sequence see which others, and how a pattern is computed in
 * its own time and memory.
 *
 * <p>A {@link org.attn4j.attention.pattern.SparsePattern} says of any two positions whether one
 * sees the other, and groups the queries into blocks that read the same few keys. The keys of a
 * block are gathered, a kernel attends as it would to a short sequence, and no array of T×S is
 * made.
 */
package org.attn4j.attention.pattern;
