/** What {@code attn4j bench} measures, what it is measured against, and how. */
package org.attn4j.benchmarks;
