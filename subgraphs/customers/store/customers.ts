import type { Db, Queryable, Tx } from '@stromgraph/kernel/database';
import type { PrismaClient } from '@stromgraph/prisma-customers/client';
import type { Address, BillingStatus, Customer, CustomerKind } from '../record/customer.ts';

export async function customersById(db: Db<PrismaClient>, ids: readonly string[]): Promise<Customer[]> {
  const rows = await db.prisma.customer.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({
    ...row,
    kind: row.kind as CustomerKind,
    billingStatus: row.billingStatus as BillingStatus,
    address: toAddress(row),
    schufaScorePercent: row.schufaScorePercent?.toString() ?? null,
  }));
}

type AddressColumns = Readonly<{ street: string | null; houseNumber: string | null; postalCode: string | null; city: string | null; district: string | null; country: string | null }>;

function toAddress({ street, houseNumber, postalCode, city, district, country }: AddressColumns): Address | null {
  if (street === null || houseNumber === null || postalCode === null || city === null || country === null) return null;
  return { street, houseNumber, postalCode, city, district, country };
}

export type Sealed = Readonly<{ sealed: string | null; hash: Buffer | null }>;
export type NewCustomer = Readonly<{
  id: string; kind: CustomerKind; salutation: string | null; firstName: string | null; lastName: string | null; company: string | null;
  address: Address; email: Sealed; phone: Sealed; iban: Sealed; locale: string;
}>;

/** Whether there is a customer of this id, an erased one included. */
export async function customerExists(db: Queryable, id: string): Promise<boolean> {
  return (await db.sql`SELECT 1 FROM customers.customer WHERE id = ${id}`).length > 0;
}

/** With the next customer number and the root of its tree of accounts. */
export async function insertCustomer(tx: Tx, { id, address, email, phone, iban, ...customer }: NewCustomer, account: { id: string; name: string }, at: Date): Promise<void> {
  await tx.sql`
    INSERT INTO customers.customer (id, number, kind, salutation, first_name, last_name, company, street, house_number, postal_code, city, district, country,
      email_sealed, email_hash, phone_sealed, phone_hash, iban_sealed, iban_hash, locale, created_at, updated_at)
    VALUES (${id}, 'K-' || nextval('customers.customer_number'), ${customer.kind}, ${customer.salutation}, ${customer.firstName}, ${customer.lastName}, ${customer.company},
      ${address.street}, ${address.houseNumber}, ${address.postalCode}, ${address.city}, ${address.district}, ${address.country},
      ${email.sealed}, ${email.hash}, ${phone.sealed}, ${phone.hash}, ${iban.sealed}, ${iban.hash}, ${customer.locale}, ${at}, ${at})`;
  await tx.sql`INSERT INTO customers.account (id, customer_id, name, created_at) VALUES (${account.id}, ${id}, ${account.name}, ${at})`;
}

/** What a customer owes more (or, negative, less): on the customer and on the contract's account alike. */
export async function addToBalance(tx: Tx, { customerId, contractId }: { customerId: string; contractId: string }, cents: bigint): Promise<void> {
  await tx.sql`UPDATE customers.customer SET balance_cents = balance_cents + ${cents} WHERE id = ${customerId}`;
  await tx.sql`
    UPDATE customers.account SET balance_cents = balance_cents + ${cents}
    WHERE id = coalesce((SELECT account_id FROM customers.contract_ref WHERE contract_id = ${contractId} AND customer_id = ${customerId}),
                        (SELECT id FROM customers.account WHERE customer_id = ${customerId} AND parent_id IS NULL))`;
}
