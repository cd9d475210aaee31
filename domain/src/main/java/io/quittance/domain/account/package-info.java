/**
 * Who holds value: parties, their accounts and KYC levels, and the bank's own accounts.
 */
@NullMarked
package io.quittance.domain.account;

import org.jspecify.annotations.NullMarked;
