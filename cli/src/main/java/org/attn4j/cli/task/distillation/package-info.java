/** Small models that learn from large ones. */
package org.attn4j.cli.task.distillation;
