/** Small tasks that show what each attention mechanism is good for. */
package org.attn4j.examples;
