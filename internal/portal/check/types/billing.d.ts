interface Service extends Stored {
	code: string;
	name: string;
	category: string;
	price_minor: number;
	tax_bp: number;
	active: boolean;
}

interface Charge extends Stored {
	appointment: string;
	service: string;
	quantity: number;
	recorded_by: string;
	version: number;
	expand?: {
		service?: Service;
	};
}

interface Bill extends Stored {
	number: string;
	kind: string;
	appointment: string;
	patient: string;
	doctor: string;
	original: string;
	status: string;
	currency: string;
	subtotal_minor: number;
	discount_minor: number;
	tax_minor: number;
	total_minor: number;
	paid_minor: number;
	credited_minor: number;
	balance_minor: number;
	issued_at: string;
	due_on: string;
	reason: string;
	version: number;
	expand?: {
		patient?: Patient;
		doctor?: Doctor;
		appointment?: Visit;
		original?: Bill;
		bill_items_via_bill?: BillItem[];
		payments_via_bill?: Payment[];
	};
}

interface BillItem extends Stored {
	bill: string;
	service: string;
	description: string;
	quantity: number;
	currency: string;
	unit_minor: number;
	discount_minor: number;
	tax_bp: number;
	tax_minor: number;
	total_minor: number;
}

interface Discount extends Stored {
	credit: boolean;
	bill: string;
	amount_minor: number;
	currency: string;
	reason: string;
	status: string;
	credit_note: string;
	requested_by: string;
	version: number;
	expand?: {
		bill?: Bill;
		requested_by?: User;
	};
}

interface Payment extends Stored {
	number: string;
	receipt: string;
	kind: string;
	bill: string;
	patient: string;
	refund_of: string;
	method: string;
	amount_minor: number;
	currency: string;
	reference: string;
	status: string;
	recorded_by: string;
	note: string;
	version: number;
	expand?: {
		bill?: Bill;
		patient?: Patient;
	};
}

interface BillingFigures {
	from: string;
	to: string;
	invoices: number;
	subtotal_minor: number;
	discount_minor: number;
	tax_minor: number;
	billed_minor: number;
	voided: number;
	voided_minor: number;
	credit_notes: number;
	credited_minor: number;
	payments: number;
	paid_minor: number;
	refunds: number;
	refunded_minor: number;
}
