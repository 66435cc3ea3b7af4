import * as z from 'zod';
import { created, invalid, notFound, ok, refuse, type Answer } from '../answers.ts';
import { page } from '../paging.ts';
import { get, post, put, type Route } from '../router.ts';
import type { VendorCategory, World } from '../state.ts';
import { text } from '../validation.ts';

const PERMISSION = 'Maintenance > Vendors';
const saveCategory = z.strictObject({ Name: text(255) });

export const vendorCategoryRoutes: readonly Route[] = [
  get('/v1/vendors/categories', PERMISSION, (call) =>
    page(call.params, [...call.world.vendorCategories.values()], categoryMessage),
  ),
  post('/v1/vendors/categories', PERMISSION, saveCategory, ({ world }, body) => {
    const refusal = checkName(world, body.Name, null);
    if (refusal) return refusal;
    const category = { id: world.nextId('vendorCategory'), name: body.Name, isSystem: false };
    world.vendorCategories.set(category.id, category);
    world.emit({ name: 'VendorCategory.Created', ids: { VendorCategoryId: category.id } });
    return created(`/v1/vendors/categories/${category.id}`, categoryMessage(category));
  }),
  get('/v1/vendors/categories/{vendorCategoryId}', PERMISSION, (call) => {
    const category = call.world.vendorCategories.get(call.id('vendorCategoryId'));
    return category
      ? ok(categoryMessage(category))
      : notFound('vendor category', call.id('vendorCategoryId'));
  }),
  put('/v1/vendors/categories/{vendorCategoryId}', PERMISSION, saveCategory, (call, body) => {
    const category = call.world.vendorCategories.get(call.id('vendorCategoryId'));
    if (!category) return notFound('vendor category', call.id('vendorCategoryId'));
    if (category.isSystem) return refuse(422, 'A category of the system cannot be renamed.');
    const refusal = checkName(call.world, body.Name, category);
    if (refusal) return refusal;
    category.name = body.Name;
    call.world.emit({ name: 'VendorCategory.Updated', ids: { VendorCategoryId: category.id } });
    return ok(categoryMessage(category));
  }),
];

function checkName(world: World, name: string, own: VendorCategory | null): Answer | null {
  const taken = [...world.vendorCategories.values()].some(
    (category) => category !== own && category.name.toLowerCase() === name.toLowerCase(),
  );
  return taken ? invalid('Name', `A vendor category named '${name}' exists already.`) : null;
}

function categoryMessage(category: VendorCategory) {
  return { Id: category.id, Name: category.name, IsSystemCategory: category.isSystem };
}
