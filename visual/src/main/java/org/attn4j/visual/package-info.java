/** What attends to what, made visible: recorded weights as a page, as a drawing and as text. */
package org.attn4j.visual;
