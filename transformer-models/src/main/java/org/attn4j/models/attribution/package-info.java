/** Which tokens of a text a model's prediction rests on. */
package org.attn4j.models.attribution;
