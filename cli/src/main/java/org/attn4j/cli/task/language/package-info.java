/** Language models: causal, masked, and small ones that learn from large ones. */
package org.attn4j.cli.task.language;
