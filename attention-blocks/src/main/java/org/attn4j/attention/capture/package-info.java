/** How attention weights leave a model. */
package org.attn4j.attention.capture;
