/** Keys and values kept while a sequence is generated. */
package org.attn4j.attention.cache;
